"""IMAP without a trace in the mailbox: sign in, look, fetch, wait; knows mails as numbers and bytes only."""
