import LabourMarket
import Testing

@testable import Reporting

@Suite struct BriefingTests {
  private func briefing(items: Int) -> Briefing {
    Briefing(
      title: "宿迁市用工预警简报", night: CalendarDay(year: 2022, month: 1, day: 6), lead: ["当前缺口 5 人。"],
      sections: [
        Briefing.Section(title: "空", items: []),
        Briefing.Section(
          title: "新增与加重",
          items: (0..<items).map { Briefing.Item(level: .red, title: "链\($0)", detail: "当前缺口 \($0) 人；主因：计划扩招") }),
      ], closing: ["见工作簿。"])
  }

  @Test(arguments: [90, 200, 1000, 4096]) func textKeepsToItsBytesAndSaysWhatItLeavesOut(limit: Int) throws {
    let strings = try Fixture.strings()
    let text = briefing(items: 300).text(.robot, strings, limit: limit)
    #expect(text.utf8.count <= limit)
    let shown = text.matches(of: /- \*\*红色预警\*\*/).count
    if limit >= 200 { #expect(text.contains("其余 \(300 - shown) 项见清单")) }
    if limit == 4096 { #expect(shown > 30 && !text.contains("空")) }
    #expect(briefing(items: 2).text(.plain, strings).contains("[红色预警] 链1：当前缺口 1 人"))
  }

  @Test func nothingThatAFeedSaysBecomesMarkup() throws {
    var briefing = briefing(items: 1)
    briefing.sections[0].items[0].title = "[a](http://x) <b>*x*\n# y"
    let strings = try Fixture.strings()
    #expect(briefing.text(.markdown, strings).contains("\\[a\\](http://x) \\<b\\>\\*x\\* \\# y"))
    let robot = briefing.text(.robot, strings)
    #expect(robot.contains("［a］(http://x) ＜b＞＊x＊ ＃ y"))
    #expect(try briefing.html(strings, PageTemplates(folder: Fixture.templates)).contains("&lt;b&gt;*x*"))
  }

  @Test func thePageHoldsWhatFitsOneSheet() throws {
    let html = try briefing(items: 40).html(Fixture.strings(), PageTemplates(folder: Fixture.templates))
    #expect(html.matches(of: /<li>/).count == 13 && html.contains("其余 27 项见清单"))
  }
}
