"""The page in a real Chromium with software drawing, TensorBoard's beside it."""
