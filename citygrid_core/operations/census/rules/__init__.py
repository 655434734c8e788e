"""The rule book over a workspace: findings, fixes, the city's own profile."""
