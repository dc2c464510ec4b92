"""Operations: one function, one user action, one transaction."""
