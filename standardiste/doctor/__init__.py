"""The checks of `standardiste doctor`."""
