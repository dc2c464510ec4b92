"""The desktop (PySide6 Widgets)."""
