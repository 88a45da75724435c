import LabourMarket

extension FeedTables {
  private static let columns = [
    "source", "channel", "posting_id", "credit_code", "enterprise_name", "region", "chain", "occupation", "title",
    "headcount", "filled", "salary_min", "salary_max", "education", "posted_on", "closes_on", "status", "updated_at",
  ]

  /// The vacancies feed: every reported state of every posting, and copies of some on other sources. A posting that was open when the
  /// feed begins comes in its state of then.
  func vacancies() -> SimulatedTable {
    var table = SimulatedTable("vacancies", Self.columns)
    for posting in engine.postings {
      var dice = Dice(seed: world.settings.seed, "posting", posting.number)
      append(posting, source: "hr-bureau", prefix: "HR", versions: posting.versions, &dice, to: &table)
      guard dice.chance(Parameters.crossPosting) else { continue }
      let source = dice.chance(0.6) ? "portal-a" : "portal-b"
      let stale = dice.chance(Parameters.staleCopy)
      let kept = stale ? Array(posting.versions.prefix(1)) : posting.versions
      var copies: [Posting.Version] = []
      for version in kept {
        let delayed = LocalTimestamp(seconds: version.at.seconds + dice.whole(1, 72) * 3600)
        let earliest = copies.last.map { LocalTimestamp(seconds: $0.at.seconds + 61) } ?? delayed
        copies.append(
          Posting.Version(
            at: max(delayed, earliest), filled: version.filled, closesOn: version.closesOn, status: version.status))
      }
      append(posting, source: source, prefix: source == "portal-a" ? "A" : "B", versions: copies, &dice, to: &table)
    }
    var dice = Dice(seed: world.settings.seed, "vacancies")
    table.arrange(by: 17, displaced: Parameters.displacedRow, dice: &dice)
    return table
  }

  private func append(
    _ posting: Posting, source: String, prefix: String, versions: [Posting.Version], _ dice: inout Dice,
    to table: inout SimulatedTable
  ) {
    let from = LocalTimestamp(day: world.settings.start.firstDay)
    let until = LocalTimestamp(day: world.settings.lastFeedMonth.lastDay + 1)
    let channel = source == "hr-bureau" ? dice.pick(["周六市场", "云招聘", "街道平台", "零工市场"], else: "") : "网站"
    let education = dice.pick(schooling(posting), else: "不限")
    // Other sources number their postings on their own: the number of a copy says nothing about the original.
    let number = source == "hr-bureau" ? posting.number : posting.number * 7919 % 9_999_991
    let before = versions.last { $0.at < from }
    let stillOpen = before.map { $0.status == "open" && $0.closesOn >= from.day } ?? false
    let shown = versions.filter { $0.at >= from && $0.at < until }
    let member = world.staffGroups[posting.staffGroup]
    let enterprise = world.enterprises[member.enterprise]
    let occupation = world.occupations[member.occupation]
    for version in (stillOpen ? [before].compactMap { $0 } : []) + shown {
      table.rows.append([
        source, channel, prefix + String(decoding: Identifiers.padded(number, 7), as: UTF8.self),
        enterprise.code, enterprise.name, world.regions[enterprise.region].code.rawValue,
        world.chains[enterprise.chain].code.rawValue, occupation.code.rawValue, occupation.name,
        String(posting.headcount), String(version.filled), String(posting.salary.low), String(posting.salary.high),
        education, posting.postedOn.description, version.closesOn.description, version.status,
        version.at.description,
      ])
    }
  }

  private func schooling(_ posting: Posting) -> [String] {
    switch world.group(posting.staffGroup) {
    case .general: ["不限", "不限", "初中"]
    case .skilled: ["不限", "中专", "高中"]
    case .engineering: ["大专", "本科", "本科"]
    case .management: ["大专", "本科"]
    case .sales: ["不限", "高中", "大专"]
    }
  }
}
