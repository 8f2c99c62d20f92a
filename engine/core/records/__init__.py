"""Records: what is rebuilt from facts alone, and how each fact changes it."""
