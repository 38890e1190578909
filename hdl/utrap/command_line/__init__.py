"""The command line: how the command finds its subcommands, takes options, shows tables, writes files, fails."""
