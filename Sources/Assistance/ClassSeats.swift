/// Seats for whole classes: who gets how many, so that as many seats as possible are used.
///
/// A want is met by no class, or by k classes of `smallest` to `largest` seats, and by no more seats than it has.
/// Together they take at most the capacity. Among all such ways the one with the most seats; among those, the one
/// that gives the first want the most, then the second, and so on.
///
/// Solved exactly by dynamic programming over the seats used (a bounded subset-sum problem; Kellerer, Pferschy,
/// Pisinger, *Knapsack Problems*, 2004, section 4).
public struct ClassSeats: Sendable {
  /// Seats of a class at least and at most.
  public let smallest: Int, largest: Int

  /// Classes of so many seats.
  public init(smallest: Int, largest: Int) {
    self.smallest = max(1, smallest)
    self.largest = max(self.smallest, largest)
  }

  /// The numbers of seats that whole classes can have, up to a want, as ranges in rising order.
  func feasible(_ want: Int) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    var classes = 1
    while classes * smallest <= want {
      let range = (classes * smallest)...min(classes * largest, want)
      if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
      // From here on the ranges run into one another.
      if (classes + 1) * smallest <= classes * largest + 1 {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound...want
        break
      }
      classes += 1
    }
    return ranges
  }

  /// The seats of each want.
  /// - Parameter capacity: seats in all; `nil` where there is no limit.
  /// - Complexity: O(wants × capacity × ranges); O(wants) where all can be met.
  public func seats(_ wants: [Int], capacity: Int?) -> [Int] {
    let choices = wants.map(feasible)
    let most = choices.map { $0.last?.upperBound ?? 0 }
    guard let capacity, most.reduce(0, +) > capacity else { return most }
    guard capacity >= smallest else { return wants.map { _ in 0 } }
    // reach[i][s]: the wants from i on can take exactly s seats.
    var reach = [[Bool]](repeating: [], count: wants.count + 1)
    reach[wants.count] = [true] + [Bool](repeating: false, count: capacity)
    for index in wants.indices.reversed() {
      let after = reach[index + 1]
      var sums = [0]
      for flag in after { sums.append(sums[sums.count - 1] + (flag ? 1 : 0)) }
      reach[index] = (0...capacity).map { seats in
        after[seats]
          || choices[index].contains { range in
            range.lowerBound <= seats && sums[seats - range.lowerBound + 1] > sums[max(0, seats - range.upperBound)]
          }
      }
    }
    var left = reach[0].lastIndex(of: true) ?? 0
    return wants.indices.map { index in
      let taken =
        choices[index].reversed().lazy.compactMap { range in
          range.reversed().first { $0 <= left && reach[index + 1][left - $0] }
        }.first ?? 0
      left -= taken
      return taken
    }
  }

  /// The classes of a number of seats, as few and as even as possible, the larger first.
  public func classes(_ seats: Int) -> [Int] {
    guard seats > 0 else { return [] }
    let count = (seats + largest - 1) / largest
    return (0..<count).map { seats / count + ($0 < seats % count ? 1 : 0) }
  }
}
