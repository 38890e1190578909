"""Linux' subcommand of `utrap`."""
