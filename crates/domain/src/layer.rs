//! What manifests say of their layers.

/// Whether the makers of a layer keep it at another place. It is not pushed, so it is no content of the registry.
pub fn is_elsewhere(media_type: &str, urls: Option<&[String]>) -> bool {
    media_type.contains(".foreign.")
        || media_type.contains(".nondistributable.")
        || urls.is_some_and(|urls| !urls.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_elsewhere_by_its_type_or_its_addresses() {
        let (plain, some) = ("application/vnd.oci.image.layer.v1.tar", ["x".to_owned()]);
        for (media_type, urls, expect) in [
            (plain, None, false),
            (plain, Some(&[][..]), false),
            (plain, Some(&some[..]), true),
            (
                "application/vnd.oci.image.layer.nondistributable.v1.tar",
                None,
                true,
            ),
            (
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                None,
                true,
            ),
        ] {
            assert_eq!(
                is_elsewhere(media_type, urls),
                expect,
                "{media_type} {urls:?}"
            );
        }
    }
}
