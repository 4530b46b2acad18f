-- The newest deployment that succeeded in a place is found for all places at once.
CREATE INDEX deployments_succeeded ON deployments (product, environment, id) WHERE status = 'succeeded';
-- What targets are told and say of one product is found without those of all others.
CREATE INDEX desired_by_product ON desired (product, target);
CREATE INDEX observed_by_product ON observed (product, target);
CREATE INDEX proved_by_product ON proved (product, target);
