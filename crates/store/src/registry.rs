//! What the registry holds: blobs, manifests, tags, leases, pins.
