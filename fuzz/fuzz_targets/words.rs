//! What people write in one line: versions, names, rules of the calendar, shares, addresses, package URLs.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(version) = text.parse::<tidegate_domain::version::Version>() {
        assert_eq!(version.to_string().parse(), Ok(version));
    }
    if let Ok(name) = text.parse::<tidegate_domain::name::Name>() {
        assert_eq!(name.as_str(), text);
    }
    let _ = text.parse::<tidegate_domain::calendar::Rule>();
    let _ = text.parse::<tidegate_domain::calendar::Length>();
    let _ = text.parse::<tidegate_domain::outgoing::Exception>();
    let _ = text.parse::<tidegate_domain::plan::Share>();
    let _ = text.parse::<tidegate_domain::plan::Threshold>();
    let _ = text.parse::<tidegate_trust::package::PackageUrl>();
});
