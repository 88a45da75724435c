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
    // A long line is not quoted whole.
    let deep = String(repeating: "[", count: 100_000)
    let fault = #expect(throws: YAMLFault.self) { try YAMLDocument(text: deep, file: "t.yaml") }
    #expect(fault.map { $0.description.count < 600 } == true)
  }

  @Test(arguments: [("0s", 0), ("0.02s", 0.02), ("90s", 90), ("1.5m", 90), ("12h", 43_200), ("3d", 259_200)])
  func readsSpansOfTime(text: String, seconds: Double) throws {
    #expect(try YAMLDocument(text: "wait: \(text)", file: "t.yaml").required("wait").seconds() == seconds)
  }

  @Test(arguments: ["90", "s", ".s", "-1s", "1e3s", "0x1s", "infs", "1 m", "1w", "1000000s", "1.5.m", "٣d"])
  func refusesOtherSpansByFileLineAndKey(text: String) throws {
    let document = try YAMLDocument(text: "retry:\n  patience: \(text)\n", file: "t.yaml")
    let fault = #expect(throws: YAMLFault.self) { try document["retry"]?["patience"]?.seconds() }
    #expect(fault?.description.hasPrefix("t.yaml:2: “retry.patience”: “\(text)” is no span of time") == true)
  }
}
