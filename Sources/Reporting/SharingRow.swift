/// A proposal of shared employment: people of one enterprise work for another for a while.
public struct SharingRow: Hashable, Sendable {
  /// One of the two parties.
  public struct Party: Hashable, Sendable {
    /// Unified social credit code, or the profile's own; name, chain and region.
    public var creditCode: String, name: String, chain: String, region: String
    /// Whom to call.
    public var contact: String?, phone: String?

    /// A party from its parts.
    public init(creditCode: String, name: String, chain: String, region: String, contact: String?, phone: String?) {
      self.creditCode = creditCode
      self.name = name
      self.chain = chain
      self.region = region
      self.contact = contact
      self.phone = phone
    }
  }

  /// Who lends, who borrows.
  public var lender: Party, borrower: Party
  /// The occupation that is sought.
  public var occupation: String
  /// Persons.
  public var persons: Int

  /// A proposal from its parts.
  public init(lender: Party, borrower: Party, occupation: String, persons: Int) {
    self.lender = lender
    self.borrower = borrower
    self.occupation = occupation
    self.persons = persons
  }
}
