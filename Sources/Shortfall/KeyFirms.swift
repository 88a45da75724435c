import LabourMarket

/// Tells which key firms have not filed what was due, and of which nodes the data are missing therefore.
///
/// Key firms are the largest employers of a chain and region: the largest first, until together they make up a share of its employed persons, and none
/// below a least number. They are what survey practice takes in full, whatever it samples of the rest: without their report the figure of
/// their chain and region is an estimate of somebody whom one could have asked.
public struct KeyFirms: Sendable {
  /// The quality code of nodes whose key firms are missing.
  public static let code = "key_firm_missing"

  /// An employer of the register.
  public struct Employer: Sendable, Hashable {
    /// The code that stands for it.
    public var creditCode: String
    /// Its chain and region in the register.
    public var chain: ChainCode, region: RegionCode
    /// Employed persons.
    public var persons: Double
    /// The survey wave and the month of monitoring that are due and that it has not filed.
    public var plansWave: Month?, headcountMonth: Month?

    /// An employer from its parts.
    public init(
      creditCode: String, chain: ChainCode, region: RegionCode, persons: Double, plansWave: Month? = nil,
      headcountMonth: Month? = nil
    ) {
      self.creditCode = creditCode
      self.chain = chain
      self.region = region
      self.persons = persons
      self.plansWave = plansWave
      self.headcountMonth = headcountMonth
    }

    fileprivate var node: Cell { Cell(chain: chain, region: region) }
    fileprivate var isMissing: Bool { plansWave != nil || headcountMonth != nil }
  }

  /// The key firms that have not filed, the largest first.
  public let missing: [Employer]
  private let marked: Set<Cell>

  /// Finds the key firms of every chain and region.
  /// - Parameters:
  ///   - employers: all of the register whose persons are known.
  ///   - parts: the cells in which an employer seeks or plans to hire people. Those outside of its chain and region do not count.
  ///   - share: 0…1; of equally large employers the lower code is the larger. 0: there are no key firms.
  ///   - least: persons.
  /// - Complexity: O(n log n) in the employers, O(parts).
  public init(_ employers: [Employer], parts: [(creditCode: String, cell: Cell)], share: Double, least: Double) {
    var missing: [Employer] = []
    for firms in Dictionary(grouping: employers, by: \.node).values {
      let sought = share * firms.reduce(0) { $0 + $1.persons }
      var held = 0.0
      for firm in firms.sorted(by: Self.isLarger) {
        guard held < sought, firm.persons >= least else { break }
        held += firm.persons
        if firm.isMissing { missing.append(firm) }
      }
    }
    self.missing = missing.sorted(by: Self.isLarger)
    let nodes = Dictionary(missing.map { ($0.creditCode, $0.node) }, uniquingKeysWith: { a, _ in a })
    var marked: Set<Cell> = []
    for node in nodes.values {
      marked.formUnion([node, Cell(chain: node.chain), Cell(region: node.region)])
    }
    for part in parts where nodes[part.creditCode] == Cell(chain: part.cell.chain, region: part.cell.region) {
      marked.insert(part.cell)
    }
    self.marked = marked
  }

  /// Whether a key firm of a node has not filed.
  public func areMissing(of node: Cell) -> Bool { marked.contains(node) }

  private static func isLarger(_ a: Employer, _ b: Employer) -> Bool {
    a.persons == b.persons ? a.creditCode < b.creditCode : a.persons > b.persons
  }
}
