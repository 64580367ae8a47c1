"""Questions over many states: comparisons and expectations."""
