/// Which bottom series sum to which node. Trees and crossed hierarchies alike.
public struct Hierarchy: Sendable, Equatable {
  /// The bottom series of each node, by node; a bottom series is not listed as a node of itself.
  public private(set) var bottoms: [String: [String]] = [:]

  /// Makes a hierarchy from pairs of a node and one of the bottom series that sum to it.
  public init(edges: [(node: String, bottom: String)]) {
    for edge in edges where edge.node != edge.bottom { bottoms[edge.node, default: []].append(edge.bottom) }
    for node in bottoms.keys { bottoms[node] = Array(Set(bottoms[node] ?? [])).sorted() }
  }

  /// The nodes, sorted.
  public var nodes: [String] { bottoms.keys.sorted() }
}
