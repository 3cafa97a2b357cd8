"""The webhook door: programs outside are told what happens, signed, as Standard Webhooks 1.0 says."""
