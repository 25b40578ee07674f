"""Makes programs that were written for other writers use Lightboard's, as they stand."""
