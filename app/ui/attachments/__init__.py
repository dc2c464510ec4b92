"""Photos and scans (附件) on screen: thumbnails, large view, adding. Nothing lies on disk."""
