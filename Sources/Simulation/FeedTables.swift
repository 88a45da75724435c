import LabourMarket

/// The feeds as the bureau's sources would send them until the last month of the feeds.
struct FeedTables {
  let world: World
  let engine: Engine

  private var settings: SimulationSettings { world.settings }
  private var firstDay: CalendarDay { settings.start.firstDay }
  private var lastDay: CalendarDay { settings.lastFeedMonth.lastDay }

  func enterprises() -> SimulatedTable {
    var table = SimulatedTable(
      "enterprises",
      [
        "credit_code", "enterprise_name", "region", "chain", "industry_code", "size_class", "registered_on",
        "contact_name", "contact_phone",
      ])
    table.rows = world.enterprises.enumerated().map { index, enterprise in
      [
        enterprise.code, enterprise.name, world.regions[enterprise.region].code.rawValue,
        world.chains[enterprise.chain].code.rawValue, enterprise.industry, Self.size(enterprise.initialStaff),
        enterprise.registeredOn.description, "人事部", Identifiers.telephone(index + 1),
      ]
    }
    return table
  }

  func hiringPlans() -> SimulatedTable { survey(engine.surveys.plans, reportedOn: 11) }
  func headcounts() -> SimulatedTable { survey(engine.surveys.headcounts, reportedOn: 6) }

  private func survey(_ table: SimulatedTable, reportedOn column: Int) -> SimulatedTable {
    let last = lastDay.description
    var known = table
    known.rows.removeAll { $0[column] > last }
    var dice = Dice(seed: settings.seed, table.name)
    known.arrange(by: column, displaced: Parameters.displacedRow, dice: &dice)
    return known
  }

  func supplyPipeline() -> SimulatedTable {
    var table = SimulatedTable(
      "supply_pipeline", ["program", "region", "chain", "occupation", "month", "persons", "reported_on"])
    for item in engine.pipeline where item.step >= SimulationSettings.burnIn {
      for report in item.reports where report.on <= lastDay {
        table.rows.append([
          item.program, world.regions[item.region].code.rawValue,
          item.chain.map { world.chains[$0].code.rawValue } ?? "", world.occupations[item.occupation].code.rawValue,
          world.month(item.step).description, String(report.persons), report.on.description,
        ])
      }
    }
    var dice = Dice(seed: settings.seed, "supply_pipeline")
    table.arrange(by: 6, displaced: 0, dice: &dice)
    return table
  }

  func unemployment() -> SimulatedTable {
    var table = SimulatedTable(
      "unemployment",
      [
        "person_id", "name", "region", "occupation", "education", "last_credit_code", "reason", "registered_on",
        "exited_on", "exit_reason", "updated_at",
      ])
    let from = LocalTimestamp(day: firstDay)
    let until = LocalTimestamp(day: lastDay + 1)
    for person in engine.seekers.people where (person.exit.map { $0.at >= from } ?? true) {
      var row = [
        Identifiers.personNumber(serial: person.serial, birth: person.birth), person.name,
        world.regions[person.region].code.rawValue, world.occupations[person.occupation].code.rawValue,
        person.education, person.lastEmployer.map { world.enterprises[$0].code } ?? "", person.reason,
        person.registeredOn.description, "", "", person.registeredAt.description,
      ]
      if person.registeredAt < until { table.rows.append(row) }
      guard let exit = person.exit, exit.at < until else { continue }
      row[8] = exit.on.description
      row[9] = exit.reason
      row[10] = max(exit.at, LocalTimestamp(seconds: person.registeredAt.seconds + 60)).description
      table.rows.append(row)
    }
    var dice = Dice(seed: settings.seed, "unemployment")
    table.arrange(by: 10, displaced: Parameters.displacedRow, dice: &dice)
    return table
  }

  /// Progress of the plan's indicators: persons (or units) since the beginning of the plan's period, by region and month.
  func outcomes(reference: Reference) -> SimulatedTable {
    var table = SimulatedTable("outcomes", ["indicator", "region", "month", "value", "reported_on"])
    for (number, target) in reference.targets.enumerated() where target.region != world.city.code {
      var dice = Dice(seed: settings.seed, "outcomes", number)
      let months = max(1, target.periodEnd - target.periodStart + 1)
      let pace = dice.between(0.75, 1.15) * target.value / Double(months)
      var done = 0
      for offset in 0..<months {
        let month = target.periodStart + offset
        done += dice.poisson(pace * dice.between(0.6, 1.4))
        let reported = month.lastDay + dice.whole(3, 12)
        guard month >= settings.start, reported <= lastDay else { continue }
        table.rows.append([
          target.indicator, target.region.rawValue, month.description, String(done), reported.description,
        ])
      }
    }
    var dice = Dice(seed: settings.seed, "outcomes")
    table.arrange(by: 4, displaced: 0, dice: &dice)
    return table
  }

  /// Size class by the number of staff alone (2017 rules for industry; turnover is not simulated).
  private static func size(_ staff: Int) -> String {
    staff >= 1000 ? "大型" : staff >= 300 ? "中型" : staff >= 20 ? "小型" : "微型"
  }
}
