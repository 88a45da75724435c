import LabourMarket

/// One node of the crossed hierarchy with the cells that it sums.
public struct ForecastNode: Sendable, Hashable {
  /// The level it is printed under.
  public let level: Level
  /// Its dimensions; what is summed over is `nil`.
  public let key: Cell
  /// Positions of its cells, ascending.
  public let members: [Int]
  /// Whether it is an aggregate of the reference tree (a chain or region with parts): its parts are printed at the same level.
  public let isAggregate: Bool
}

/// The parents of chains and regions, for aggregates.
public struct ReferenceTrees: Sendable, Hashable {
  /// Parent by chain.
  public var chains: [ChainCode: ChainCode]
  /// Parent by region; the city itself is left out.
  public var regions: [RegionCode: RegionCode]

  /// No aggregates.
  public init(chains: [ChainCode: ChainCode] = [:], regions: [RegionCode: RegionCode] = [:]) {
    self.chains = chains
    self.regions = regions
  }

  /// The trees of a profile's reference data. Regions whose level is `city` head the whole and make no aggregate of their own.
  public init(_ reference: Reference) {
    chains = Dictionary(
      reference.chains.compactMap { chain in chain.parent.map { (chain.code, $0) } }, uniquingKeysWith: { a, _ in a })
    let tops = Set(reference.regions.filter { $0.level == "city" }.map(\.code))
    regions = Dictionary(
      reference.regions.compactMap { region in region.parent.flatMap { tops.contains($0) ? nil : (region.code, $0) } },
      uniquingKeysWith: { a, _ in a })
  }

  /// All ancestors of a code, nearest first; a cycle ends the walk.
  public static func ancestors<Code: Hashable>(of code: Code, in parents: [Code: Code]) -> [Code] {
    var out: [Code] = []
    var seen: Set<Code> = [code]
    var at = code
    while let parent = parents[at], seen.insert(parent).inserted {
      out.append(parent)
      at = parent
    }
    return out
  }
}

extension CityPanel {
  /// Every node to forecast, in the order cell, chain × region, chain, region, city; within a level by code.
  public func nodes(trees: ReferenceTrees = ReferenceTrees()) -> [ForecastNode] {
    var out: [ForecastNode] = []
    let all = cells.indices.map { $0 }
    for k in all {
      let cell = cells[k]
      let key = Cell(chain: chains[cell.chain], region: regions[cell.region], occupation: occupations[cell.occupation])
      out.append(ForecastNode(level: .cell, key: key, members: [k], isAggregate: false))
    }
    out += group(
      .chainRegion, all.map { k in [(Cell(chain: chains[cells[k].chain], region: regions[cells[k].region]), false)] })
    out += group(
      .chain,
      all.map { k in
        let own = chains[cells[k].chain]
        return [(Cell(chain: own), false)]
          + ReferenceTrees.ancestors(of: own, in: trees.chains).map { (Cell(chain: $0), true) }
      })
    out += group(
      .region,
      all.map { k in
        let own = regions[cells[k].region]
        return [(Cell(region: own), false)]
          + ReferenceTrees.ancestors(of: own, in: trees.regions).map { (Cell(region: $0), true) }
      })
    out.append(ForecastNode(level: .city, key: Cell(), members: all, isAggregate: false))
    return out
  }

  private func group(_ level: Level, _ keys: [[(Cell, Bool)]]) -> [ForecastNode] {
    var members: [Cell: [Int]] = [:]
    var aggregate: [Cell: Bool] = [:]
    for (k, list) in keys.enumerated() {
      for (key, isAggregate) in list {
        members[key, default: []].append(k)
        aggregate[key] = (aggregate[key] ?? false) || isAggregate
      }
    }
    return members.keys.sorted { Self.order($0) < Self.order($1) }.map { key in
      ForecastNode(level: level, key: key, members: members[key] ?? [], isAggregate: aggregate[key] ?? false)
    }
  }

  private static func order(_ key: Cell) -> (String, String, String) {
    (key.chain?.rawValue ?? "", key.region?.rawValue ?? "", key.occupation?.rawValue ?? "")
  }
}
