import Foundation
import TestSupport
import Testing

@testable import Ingestion

@Suite struct FeedSourceTests {
  @Test(arguments: [
    ("http: {url: \"ftp://x/\"}", "“source.http.url”: the address is not valid"),
    ("http: {url: \"https://u:p@x/\"}", "“source.http.url”: holds user or password"),
    ("http: {url: \"https://x/\", colour: red}", "“source.http.colour”: is not a known key here"),
    ("http: {rows: x}", "“source.http”: lacks the key “url”"),
    ("http: {url: \"https://x/\", headers: {Authorization: Bearer abc}}", "looks like a secret and stands in the file"),
    ("http: {url: \"https://x/\", headers: {X-Api-Key: abc}}", "“source.http.headers.X-Api-Key”: looks like a secret"),
    (
      "http: {url: \"https://x/\", query: {access_token: abc}}", "“source.http.query.access_token”: looks like a secret"
    ),
    ("http: {url: \"https://x/\", headers: {X: \"${\"}}", "has a ${…} without an end or a name"),
    ("http: {url: \"https://x/\", headers: {X: \"${1A}\"}}", "has a ${…} without an end or a name"),
    ("http: {url: \"https://x/\", paging: {kind: pages}}", "“pages” is none of: page, offset, cursor, link_header"),
    ("http: {url: \"https://x/\", paging: {kind: page}}", "lacks the key “parameter”"),
    ("http: {url: \"https://x/\", paging: {kind: cursor, parameter: c}}", "lacks the key “next”"),
    ("http: {url: \"https://x/\", paging: {kind: page, parameter: p, stop: short}}", "short needs `size`"),
    ("http: {url: \"https://x/\", since: {column: c}}", "lacks the key “parameter”"),
    ("http: {url: \"https://x/\", since: {parameter: p, column: c, lag: 3 days}}", "“3 days” is no span of time"),
    ("http: {url: \"https://x/\", body: {a: b}, method: GET}", "only a POST has a body"),
    ("http: {url: \"https://x/\", retries: 99}", "should lie between 0 and 20"),
    ("http: {url: \"https://x/\"}, postgres: {url: x, query: y}", "keep http or postgres"),
    ("postgres: {url: \"postgresql://u:p@h/d\", query: select 1}", "“source.postgres.url”: holds a password"),
    ("postgres: {url: \"${U}\", query: \"select $1\"}", "uses $1 and has no `since`"),
    ("postgres: {url: \"${U}\", query: select 1, since: {column: c, first: x}}", "does not use $1"),
    ("postgres: {url: \"${U}\", query: \"select $1\", since: {column: c}}", "needs `since.first`"),
    ("postgres: {url: \"${U}\", query_file: none.sql}", "is missing or not UTF-8"),
    ("portal: {}", "“source.portal”: is not a known key here. Known keys: inbox, http, postgres"),
  ])
  func saysWhereAndWhatIsWrong(source: String, words: String) throws {
    let fault = try #require(
      #expect(throws: YAMLFault.self) {
        try FeedDescription(text: "feed: vacancies\nsource: {\(source)}\n", path: "f.yaml")
      })
    #expect(fault.description.contains(words), "\(fault)")
    #expect(fault.description.hasPrefix("f.yaml:2:"), "\(fault)")
    #expect(!fault.description.contains("abc"))
  }

  @Test func filesAndSourceStandTogether() throws {
    func description(_ source: String) throws -> FeedDescription {
      try FeedDescription(text: "feed: vacancies\n\(source)", path: "f.yaml")
    }
    #expect(try description("").patterns == ["vacancies*"])
    let pulled = try description("source: {http: {url: \"https://x/\"}}\n")
    #expect(pulled.patterns.isEmpty && pulled.source != nil)
    #expect(try description("source: {inbox: \"p*\", http: {url: \"https://x/\"}}\n").patterns == ["p*"])
  }

  @Test func explainsWithoutSecrets() throws {
    let description = try FeedDescription(
      text: """
        feed: vacancies
        source:
          http:
            url: https://jobs.example/api?app=7
            headers: {Authorization: "Bearer ${PORTAL_TOKEN}", X-Key: "${file:/etc/labourwatch/key}"}
            rows: data.items
            paging: {kind: page, parameter: page, size: 100}
            since: {parameter: after, column: updated_at, lag: 3d}
        """, path: "f.yaml")
    let source = try #require(description.source)
    let text = source.explanation.joined(separator: "\n")
    for words in ["GET https://jobs.example/api?app=…", "Bearer ${PORTAL_TOKEN}", "page in page of 100", "updated_at"] {
      #expect(text.contains(words), "\(text)")
    }
    #expect(source.secretOrigins == ["PORTAL_TOKEN", "/etc/labourwatch/key"])
  }

  @Test func readsSecretsFromFilesOfTheirOwner() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/key"
      try write("  k3y\n", to: path)
      chmod(path, 0o644)
      let text = try #require(SecretText("a ${file:\(path)} b ${NAME}"))
      var vault = Vault()
      let open = #expect(throws: SourceFault.self) { try text.resolved(["NAME": "n"], &vault) }
      #expect(open?.description.contains("chmod 600") == true)
      chmod(path, 0o600)
      #expect(try text.resolved(["NAME": "n"], &vault) == "a k3y b n")
      #expect(vault.opened(vault.sealed("x=k3y&n=1")) == "x=k3y&n=1")
      #expect(!vault.sealed("x=k3y").contains("k3y"))
      #expect(throws: SourceFault.self) { try text.resolved([:], &vault) }
    }
  }

  @Test(arguments: [
    (SinceRule.Format.timestamp, "2021-05-01 08:00:00", "2021-05-01T07:00:00"),
    (.timestamp, "2021-05-01T00:00:00Z", "2021-05-01T07:00:00"), (.date, "2021/5/1", "2021-04-30"),
    (.rfc3339, "2021-05-01T08:00:00.123+08:00", "2021-04-30T23:00:00Z"), (.unix, "1619827200", "1619823600"),
    (.unixMilliseconds, "1619827200000", "1619823600000"), (.number, "10000", "6400"),
  ])
  func asksFromTheMarkLessTheWindow(format: SinceRule.Format, value: String, asked: String) throws {
    let zone = try #require(TimeZone(identifier: "Asia/Shanghai"))
    let rule = SinceRule(
      parameter: "p", column: "c", format: format, lag: 3600 * (format == .unixMilliseconds ? 1000 : 1))
    let mark = try #require(rule.mark(value, zone: zone))
    #expect(rule.mark(stored: rule.text(mark)) == mark)
    #expect(rule.value(after: mark, zone: zone) == asked)
    #expect(rule.mark("soon", zone: zone) == nil)
  }
}
