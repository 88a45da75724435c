import Testing

@testable import LabourMarket

@Suite struct EmployerLinksTests {
  private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

  @Test func linksCountFromTheDayOnWhichTheyHoldAndAreKnown() throws {
    let links = try EmployerLinks([
      EnterpriseLink(creditCode: "A", kind: .recoded, successor: "B", validFrom: try day("2021-03-01")),
      EnterpriseLink(
        creditCode: "B", kind: .merged, successor: "C", validFrom: try day("2021-05-01"), knownOn: try day("2021-07-15")
      ),
      EnterpriseLink(creditCode: "D", kind: .alias, successor: "C"),
      EnterpriseLink(creditCode: "E", kind: .renamed, alias: "旧名有限公司"),
    ])
    #expect(links.employer(of: "A", on: try day("2021-02-28")) == "A")
    #expect(links.employer(of: "A", on: try day("2021-03-01")) == "B")
    #expect(links.employer(of: "A", on: try day("2021-07-14")) == "B")
    #expect(links.employer(of: "A", on: try day("2021-07-15")) == "C")
    #expect(links.employer(of: "D", on: try day("1990-01-01")) == "C")
    #expect(links.employer(of: "E", on: try day("2022-01-01")) == "E")
    let spans = links.spans.map {
      "\($0.creditCode) \($0.from?.description ?? "-") \($0.to?.description ?? "-") \($0.enterprise) \($0.employer)"
        + $0.absorbers.map { " \($0.enterprise) \($0.since?.description ?? "-")" }.joined()
    }
    #expect(
      spans == [
        "A 2021-03-01 2021-07-15 B B", "A 2021-07-15 - B C C 2021-05-01", "B 2021-07-15 - B C C 2021-05-01",
        "D - - C C",
      ])
  }

  /// A chain of mergers names everybody on the way, and the day from which each speaks for the first: that of the last merger up to there.
  @Test func absorbersStandInTheOrderOfTheChain() throws {
    let links = try EmployerLinks([
      EnterpriseLink(creditCode: "A", kind: .merged, successor: "B", validFrom: try day("2022-02-10")),
      EnterpriseLink(creditCode: "B", kind: .recoded, successor: "B2", validFrom: try day("2022-04-01")),
      EnterpriseLink(creditCode: "B2", kind: .merged, successor: "C", validFrom: try day("2022-01-05")),
      EnterpriseLink(creditCode: "C", kind: .merged, successor: "D", validFrom: try day("2022-06-30")),
    ])
    let chain = links.spans.filter { $0.creditCode == "A" }.map { span in
      span.absorbers.map { "\($0.enterprise) \($0.since?.description ?? "-")" }
    }
    #expect(
      chain == [
        ["B 2022-02-10"], ["B2 2022-02-10", "C 2022-02-10"],
        ["B2 2022-02-10", "C 2022-02-10", "D 2022-06-30"],
      ])
  }

  /// On every day the spans say what following the links says.
  @Test(arguments: 1...40 as ClosedRange<UInt64>) func spansAgreeWithFollowing(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func draw(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    // A code's successor has a larger number: no circles.
    let links = (0..<8).compactMap { code -> EnterpriseLink? in
      guard draw(4) > 0 else { return nil }
      let kinds: [EnterpriseLink.Kind] = [.alias, .merged, .recoded]
      return EnterpriseLink(
        creditCode: "\(code)", kind: kinds[draw(3)], successor: "\(code + 1 + draw(3))",
        validFrom: draw(3) == 0 ? nil : CalendarDay(ordinal: 100 + draw(20)),
        knownOn: draw(2) == 0 ? nil : CalendarDay(ordinal: 100 + draw(20)))
    }
    let employers = try EmployerLinks(links)
    for ordinal in 95..<125 {
      for code in 0..<12 {
        let day = CalendarDay(ordinal: ordinal)
        var expected = "\(code)"
        while let link = links.first(where: { $0.creditCode == expected }), let successor = link.successor,
          [link.validFrom, link.knownOn].allSatisfy({ $0.map { $0 <= day } ?? true })
        {
          expected = successor
        }
        let found = employers.spans.filter {
          $0.creditCode == "\(code)" && ($0.from.map { $0 <= day } ?? true) && ($0.to.map { day < $0 } ?? true)
        }
        #expect(found.count <= 1, "seed \(seed)")
        #expect(found.first?.employer ?? "\(code)" == expected, "seed \(seed), code \(code), day \(ordinal)")
        #expect(employers.employer(of: "\(code)", on: day) == expected, "seed \(seed)")
      }
    }
  }

  @Test func contradictionsAreFound() {
    func fault(_ links: EnterpriseLink...) -> String? {
      do {
        _ = try EmployerLinks(links)
        return nil
      } catch let fault as EmployerLinks.Fault {
        return "\(fault.position) \(fault.column) \(fault.message)"
      } catch { return "\(error)" }
    }
    let merged = EnterpriseLink(creditCode: "A", kind: .merged, successor: "B")
    #expect(fault(merged) == nil)
    #expect(fault(EnterpriseLink(creditCode: "A", kind: .merged))?.hasPrefix("0 successor_code is empty") == true)
    #expect(fault(EnterpriseLink(creditCode: "A", kind: .alias))?.hasPrefix("0 alias is empty") == true)
    #expect(
      fault(EnterpriseLink(creditCode: "A", kind: .recoded, successor: "A"))?.contains("is the code itself") == true)
    #expect(
      fault(merged, EnterpriseLink(creditCode: "A", kind: .alias, successor: "C"))?.hasPrefix("1 credit_code") == true)
    #expect(
      fault(merged, EnterpriseLink(creditCode: "B", kind: .alias, successor: "A"))?.contains("in a circle") == true)
    #expect(
      fault(EnterpriseLink(creditCode: "A", kind: .renamed, successor: "B", alias: "x"))?.contains("keeps its code")
        == true)
  }

  @Test func namesAreFolded() {
    let forms = ["宿迁（苏州）纺织　有限公司", "宿迁(苏州)纺织有限责任公司", "宿迁 苏州 纺织股份有限公司", "宿迁苏州纺织"]
    #expect(Set(forms.map(LooseText.enterprise)) == ["宿迁苏州纺织"])
    #expect(LooseText.folded("ＡＢＣ－１２ C++") == "abc12c++")
    #expect(LooseText.folded("Ｃ＃ 工程师") != LooseText.folded("C 工程师"))
    #expect(LooseText.enterprise("有限公司") == "有限公司")
    #expect(LooseText.likeness("缝纫工", "缝纫工") == 1)
    #expect(LooseText.likeness("缝纫工", "缝纫女工") == 0.4)
    #expect(LooseText.likeness("甲", "乙") == 0)
  }
}
