"""What staff, visitors and operators read: English in the code, other languages in gettext catalogues."""
