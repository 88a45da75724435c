import Testing

@testable import Operations

@Suite struct ConsoleTests {
  @Test(arguments: [
    ("plain", "plain"), ("", "\"\""), ("told: red 3", "\"told: red 3\""), ("a=b", "\"a=b\""), ("宿迁市", "宿迁市"),
    (#"say "no"\now"#, #""say \"no\"\\now""#),
  ])
  func aValueWithASpaceStandsInQuotes(value: String, expected: String) {
    #expect(Console.quoted(value) == expected)
  }
}
