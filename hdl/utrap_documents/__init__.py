"""What this repository's documents and figures are made with; no part of the wheel."""
