"""The product beside a plain model of it, and beside itself on the other engine."""
