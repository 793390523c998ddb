"""`make demo`: a real WordPress breaks, tickets open, and close by proof when it is mended."""
