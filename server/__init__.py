"""The web server: pages, HTTP API and live preview around `dissect_core`."""
