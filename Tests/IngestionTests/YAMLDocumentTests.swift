import Testing

@testable import Ingestion

@Suite struct YAMLDocumentTests {
  @Test func namesFileLineAndKeyOfAnUnknownKey() throws {
    let document = try YAMLDocument(text: "feed: vacancies\nformat:\n  charset: utf-8\n  colour: red\n", file: "f.yaml")
    let format = try #require(try document["format"])
    let fault = #expect(throws: YAMLFault.self) { try format.allow("charset", "delimiter") }
    #expect(fault?.description == "f.yaml:4: “format.colour”: is not a known key here. Known keys: charset, delimiter.")
  }

  @Test func readsTypesAndRefusesWrongOnes() throws {
    let document = try YAMLDocument(
      text: "n: 12\nx: 0.5\nyes: true\nnothing: ~\nlist: [a, b]\none: a\n", file: "t.yaml")
    #expect(try document.required("n").int() == 12)
    #expect(try document.required("x").double() == 0.5)
    #expect(try document.required("yes").bool())
    let nothing = try document["nothing"]
    #expect(nothing == nil)
    #expect(try document.required("list").strings() == ["a", "b"])
    #expect(try document.required("one").strings() == ["a"])
    #expect(throws: YAMLFault.self) { try document.required("x").int() }
    #expect(throws: YAMLFault.self) { try document.required("absent") }
    #expect(throws: YAMLFault.self) { try YAMLDocument(text: "a: [1", file: "t.yaml") }
  }
}
