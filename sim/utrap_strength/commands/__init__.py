"""Every module in here whose name has no leading underscore is a subcommand: see `utrap.command_line.registry`."""
