import LabourMarket
import Testing

@testable import Assistance

@Suite struct OfficerEntryTests {
  private let day = CalendarDay(year: 2022, month: 1, day: 5)
  private let name = "shortage:liquor:321322:6-02"

  @Test func numbersReadBackAndTellEveryChange() throws {
    let printed = OfficerEntry(status: .claimed, officer: "王敏", note: "走访")
    let ticket = AlertTicket(name, openedOn: day, printed: printed)
    #expect(AlertTicket(ticket.text) == ticket && AlertTicket.fingerprint(of: ticket.text) == name)
    #expect(AlertTicket.fingerprint(of: name) == name)
    let bare = AlertTicket(name, openedOn: nil, printed: OfficerEntry())
    #expect(bare.text.hasPrefix("\(name)@-#") && AlertTicket(bare.text) == bare)
    // FNV-1a over six NUL bytes, computed with Python's integers.
    #expect(OfficerEntry().check == "d7e4fcfa299d713d")
    var seen: Set<String> = [printed.check]
    for change in [
      OfficerEntry(status: .acting, officer: "王敏", note: "走访"),
      OfficerEntry(status: .claimed, officer: "李强", note: "走访"),
      OfficerEntry(status: .claimed, officer: "王敏", note: "走访 "),
      OfficerEntry(status: .claimed, officer: "王敏走", note: "访"),
      OfficerEntry(status: .claimed, officer: "王敏", hired: 5, note: "走访"),
      OfficerEntry(status: .claimed, officer: "王敏", measure: "x", note: "走访"),
      OfficerEntry(status: .claimed, officer: "王敏", note: "走访", quietUntil: day),
    ] { #expect(seen.insert(change.check).inserted) }
    for text in [
      "", name, "\(name)@2022-01-05", "\(name)@2022-13-05#0123456789abcdef", "@2022-01-05#0123456789abcdef", "x@-#12",
    ] {
      #expect(AlertTicket(text) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("已认领", AlertStatus.claimed), (" 认领 ", .claimed), ("Claimed", .claimed), ("帮办中", .acting), ("办理中。", .acting),
    ("In progress", .acting), ("已办结", .resolved), ("办结（9人）", nil), ("DONE", .resolved), ("ｒｅｓｏｌｖｅｄ", .resolved),
    ("待认领", .open),
    ("自动解除", .lapsed), ("随便", nil), ("", nil),
  ]) func statusWordsInBothLanguages(text: String, status: AlertStatus?) {
    #expect(OfficerWord(text) == status.map { .status($0) })
    #expect(OfficerWord("暂不提醒") == .quiet)
  }

  /// Every status an officer may write, from every status that an alert may have, with and without a change since the list was printed.
  @Test func stepsAreThoseOfTheCommandLine() {
    for status in AlertStatus.allCases {
      let printed = OfficerEntry(status: status.isLive ? status : nil, officer: status == .open ? "" : "王敏")
      let standing = AlertStanding(
        openedOn: day, status: status, officer: status == .open ? nil : "王敏", printed: printed, largestGap: 10)
      for (wanted, action) in [(AlertStatus.claimed, OfficerAction.claim), (.acting, .act), (.resolved, .resolve)] {
        let request = OfficerRequest(
          OfficerEntry(status: wanted, officer: "李强", hired: wanted == .resolved ? 10 : nil))
        let fresh = request.decision(AlertTicket(name, openedOn: day, printed: printed), standing, today: day)
        if action.applied(to: status) == wanted {
          #expect(fresh == .take(OfficerChange(action: action)), "\(status) → \(wanted)")
        } else if case .conflict = fresh {
        } else {
          Issue.record("\(status) → \(wanted) gives \(fresh)")
        }
        // Since the list was printed somebody else took it.
        let old = request.decision(
          AlertTicket(name, openedOn: day, printed: OfficerEntry(officer: "赵云")), standing, today: day)
        if status == .claimed || status == .acting { #expect(old == .conflict(.taken(by: "王敏"))) }
      }
    }
    let open = AlertStanding(
      openedOn: day, status: .open, officer: nil, printed: OfficerEntry(status: .open), largestGap: 10)
    let ticket = AlertTicket(name, openedOn: day, printed: open.printed)
    func decide(_ entry: OfficerEntry) -> OfficerDecision { OfficerRequest(entry).decision(ticket, open, today: day) }
    #expect(decide(OfficerEntry(status: .open)) == .untouched)
    #expect(
      decide(OfficerEntry(status: .resolved, officer: "王敏", hired: 11))
        == .conflict(.moreThanTheGap(hired: 11, gap: 10)))
    #expect(decide(OfficerEntry(status: .resolved, officer: "王敏")) == .conflict(.missingHired))
    #expect(decide(OfficerEntry(status: .claimed)) == .conflict(.missingOfficer))
    #expect(
      OfficerRequest(OfficerEntry(status: .claimed, officer: "王敏")).decision(
        AlertTicket(name, openedOn: day - 30, printed: OfficerEntry()), open, today: day)
        == .conflict(.followed(by: day)))
  }
}
