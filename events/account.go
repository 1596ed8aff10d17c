package events

import "time"

var account = []Event{
	AccountInvited{},
	InvitationWithdrawn{},
	AccountCreated{},
	RoleChanged{},
	AccountRemoved{},
	PasswordChanged{},
	PasswordResetOffered{},
	IdentityLinked{},
	SessionOpened{},
	SessionClosed{},
	SignInsLimited{},
	TokenCreated{},
	TokenRevoked{},
}

// AccountInvited: somebody may make an account of this id until then. A second one for the same
// account replaces the first. The e-mail address and the link's hash are in the vault, never here.
type AccountInvited struct {
	Account string `json:"account"`
	Role    string `json:"role"`
	// By is the account that invites.
	By        string    `json:"by"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (e AccountInvited) Event() (name, id string) { return "account.invited", e.Account }

// InvitationWithdrawn: the invitation to this account is no longer valid.
type InvitationWithdrawn struct {
	Account string `json:"account"`
}

func (e InvitationWithdrawn) Event() (name, id string) {
	return "account.invitation_withdrawn", e.Account
}

// AccountCreated: somebody may sign in from now on. The e-mail address and the password's hash are
// in the vault, never here.
type AccountCreated struct {
	Account string    `json:"account"`
	Role    string    `json:"role"`
	At      time.Time `json:"at"`
}

func (e AccountCreated) Event() (name, id string) { return "account.created", e.Account }

// RoleChanged: an account may do more or less than before. Its sessions have ended.
type RoleChanged struct {
	Account string `json:"account"`
	Role    string `json:"role"`
	// Before is the role that it had.
	Before string `json:"before"`
}

func (e RoleChanged) Event() (name, id string) { return "account.role_changed", e.Account }

// AccountRemoved: an account is gone, with its sessions and tokens.
type AccountRemoved struct {
	Account string `json:"account"`
}

func (e AccountRemoved) Event() (name, id string) { return "account.removed", e.Account }

// PasswordChanged: an account has another password. Its other sessions have ended.
type PasswordChanged struct {
	Account string `json:"account"`
	// Method is how: "own" with the former password, or "reset" with a link from an owner, which also
	// unlinks the account's identities.
	Method string `json:"method"`
}

func (e PasswordChanged) Event() (name, id string) { return "account.password_changed", e.Account }

// PasswordResetOffered: whoever has the link may choose another password for the account until then.
type PasswordResetOffered struct {
	Account string `json:"account"`
	// By is the account that made the link.
	By        string    `json:"by"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (e PasswordResetOffered) Event() (name, id string) {
	return "account.password_reset_offered", e.Account
}

// IdentityLinked: an account may sign in with an OpenID Connect provider from now on.
type IdentityLinked struct {
	Account string `json:"account"`
	// Issuer is the URL of the provider.
	Issuer string `json:"issuer"`
}

func (e IdentityLinked) Event() (name, id string) { return "account.identity_linked", e.Account }

// SessionOpened: an account signed in.
type SessionOpened struct {
	Account string `json:"account"`
	// Method is how: "password", "setup", "invitation", "reset" or "oidc".
	Method string `json:"method"`
	// Session is the session's id, which lets nobody in.
	Session string `json:"session,omitempty"`
}

func (e SessionOpened) Event() (name, id string) { return "account.session_opened", e.Account }

// SessionClosed: an account signed out, or one of its sessions was ended.
type SessionClosed struct {
	Account string `json:"account"`
	// Session is the session's id.
	Session string `json:"session,omitempty"`
}

func (e SessionClosed) Event() (name, id string) { return "account.session_closed", e.Account }

// SignInsLimited: somebody tried so many wrong passwords that the account's sign-ins are slowed down.
// It is told once until there is peace again; who tried is not.
type SignInsLimited struct {
	Account string `json:"account"`
}

func (e SignInsLimited) Event() (name, id string) { return "account.sign_ins_limited", e.Account }

// TokenCreated: an API token was handed out; its hash is in the vault.
type TokenCreated struct {
	Account string `json:"account"`
	Token   string `json:"token"`
	Role    string `json:"role"`
}

func (e TokenCreated) Event() (name, id string) { return "account.token_created", e.Account }

// TokenRevoked: an API token no longer works.
type TokenRevoked struct {
	Account string `json:"account"`
	Token   string `json:"token"`
}

func (e TokenRevoked) Event() (name, id string) { return "account.token_revoked", e.Account }
