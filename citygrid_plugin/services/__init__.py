"""What the plugin does, without widgets: the open workspace, jobs, answers."""
