//! The API's document, whole, so that no change of it goes unseen: programs are made from it.

#[test]
fn the_document_is_as_it_was() {
    let document = tidegate_server::openapi().to_pretty_json();
    insta::assert_snapshot!("document", document.expect("a document has a JSON form"));
}
