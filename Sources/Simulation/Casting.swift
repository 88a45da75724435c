import Glibc
import LabourMarket

/// Draws enterprises: place, chain, size, occupations, habits.
struct Casting {
  let settings: SimulationSettings
  let chains: [Chain]
  let occupations: [Occupation]
  private let industries: [[String]]
  private let chainWeights: [Double]
  /// Occupations and their weights, per chain.
  private let staffing: [[(occupation: Int, weight: Double)]]

  init(reference: Reference, chains: [Chain], occupations: [Occupation], settings: SimulationSettings) {
    self.settings = settings
    self.chains = chains
    self.occupations = occupations
    industries = chains.map { chain in reference.chainIndustries.filter { $0.chain == chain.code }.map(\.industry) }
    var dice = Dice(seed: settings.seed, "chains")
    chainWeights = chains.indices.map { exp(0.4 * dice.normal()) / (1 + 0.12 * Double($0)) }
    var cast: [[(Int, Double)]] = []
    for (index, codes) in industries.enumerated() {
      var dice = Dice(seed: settings.seed, "staffing", index)
      cast.append(Self.staffing(industries: codes, occupations: occupations, dice: &dice))
    }
    staffing = cast
  }

  /// An enterprise and its staff groups. Its draws depend on the seed and its number only.
  func enterprise(
    _ index: Int, demand: [Double], regions: [Region], registrarOfCity: String, place: String, firstStaffGroup: Int
  ) -> (enterprise: Enterprise, staffGroups: [StaffGroup]) {
    var dice = Dice(seed: settings.seed, "enterprise", index)
    let region = dice.index(demand)
    let chain = dice.index(chainWeights)
    let staff = min(5000, max(6, Int(exp(log(95) + 1.05 * dice.normal()))))
    let registrar = [regions[region].code.rawValue, registrarOfCity].first(where: Self.isRegistrar) ?? "000000"
    let code = Identifiers.creditCode(registrar: registrar, dice: &dice)
    let name = Identifiers.enterpriseName(place: place, chain: chains[chain].name, dice: &dice)
    var groups: [StaffGroup] = []
    let cast = staffing[chain].filter { staff >= 60 || $0.weight > 0.08 }
    let weights = cast.map { $0.weight * exp(0.3 * dice.normal()) }
    var total = 0.0
    for weight in weights { total += weight }
    for (member, weight) in zip(cast, weights) {
      groups.append(StaffGroup(enterprise: index, occupation: member.occupation, share: weight / total))
    }
    let logit = -0.6 + 0.85 * log(Double(staff) / 100)
    let made = Enterprise(
      code: code, name: name, region: region, chain: chain, initialStaff: staff,
      industry: dice.pick(industries[chain], else: ""),
      registeredOn: CalendarDay(year: dice.whole(2004, 2017), month: dice.whole(1, 12), day: dice.whole(1, 28)),
      staffGroups: firstStaffGroup..<firstStaffGroup + groups.count, response: 1 / (1 + exp(-logit)),
      monitored: staff >= 300 || dice.chance(staff >= 100 ? 0.7 : 0.35), wageFactor: exp(0.09 * dice.normal()),
      automation: automation(staff: staff, dice: &dice))
    return (made, groups)
  }

  /// The months in which machines replace people: a project of an enterprise of 100 or more takes effect over three months.
  private func automation(staff: Int, dice: inout Dice) -> [Int: Double] {
    var shares: [Int: Double] = [:]
    guard staff >= 100 else { return shares }
    let months = SimulationSettings.burnIn + settings.simulatedMonths
    for month in 0..<months where dice.chance(0.008) {
      let share = dice.between(0.03, 0.10)
      for offset in 0..<3 where month + offset < months { shares[month + offset, default: 0] += share / 3 }
    }
    return shares
  }

  private static func isRegistrar(_ code: String) -> Bool {
    code.utf8.count == 6 && code.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The occupations of a chain: those that its industries live by, filled up by officer group, and some of every office.
  private static func staffing(
    industries: [String], occupations: [Occupation], dice: inout Dice
  ) -> [(occupation: Int, weight: Double)] {
    var chosen: [Int] = []
    func add(_ index: Int?) {
      if let index, !chosen.contains(index) { chosen.append(index) }
    }
    for industry in industries {
      for code in trades[String(industry.prefix(2))] ?? [] {
        add(occupations.firstIndex { $0.code.rawValue == code })
      }
    }
    for group in OfficerGroup.allCases {
      let members = occupations.indices.filter { occupations[$0].group == group }
      let wanted = group == .skilled ? 2 : 1
      var tries = 0
      while chosen.filter({ occupations[$0].group == group }).count < wanted && tries < 20 {
        add(members.isEmpty ? nil : dice.pick(members, else: 0))
        tries += 1
      }
    }
    chosen.sort()
    return chosen.map { index in
      let group = occupations[index].group
      let peers = chosen.filter { occupations[$0].group == group }.count
      return (index, Parameters.staffShare(group) / Double(peers) * exp(0.3 * dice.normal()))
    }
  }

  /// The occupations (职业分类大典 2022, medium groups) that the divisions of GB/T 4754-2017 live by: matched by their titles.
  private static let trades: [String: [String]] = [
    "13": ["6-01"], "14": ["6-02"], "15": ["6-02"], "17": ["6-04"], "18": ["6-05"], "19": ["6-05"], "20": ["6-06"],
    "21": ["6-06"], "22": ["6-07"], "23": ["6-08"], "26": ["6-11"], "27": ["6-12"], "28": ["6-13"], "29": ["6-14"],
    "30": ["6-15"], "31": ["6-17"], "32": ["6-17"], "33": ["6-19", "6-18"], "34": ["6-20"], "35": ["6-21"],
    "36": ["6-22"], "38": ["6-24"], "39": ["6-25"], "64": ["4-04"], "65": ["4-04"],
  ]
}
