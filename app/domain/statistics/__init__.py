"""Statistics (报表): records in, tables out. Pure; nobody types a total."""
