"""Every module in here whose name has no leading underscore is a subcommand of `utrap`: see `utrap.cli`."""
