"""ImageJ's window: the menu, dialogs with preview, progress."""
