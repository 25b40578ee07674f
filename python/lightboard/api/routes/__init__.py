"""The addresses of spec/api.md, one module a topic."""
