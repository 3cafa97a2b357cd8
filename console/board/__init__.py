"""The wall board: figures of the reception now and today, also on screens without a login."""
