"""Files of contacts: tables (CSV) and vCards to rows, and cards to both."""
