"""Questions and overlays: each opens over a screen, answers once and closes."""
