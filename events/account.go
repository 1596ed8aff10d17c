package events

import "time"

var account = []Event{AccountCreated{}, SessionOpened{}, SessionClosed{}, TokenCreated{}, TokenRevoked{}}

// AccountCreated: somebody may sign in from now on. The e-mail address and the password's hash are
// in the vault, never here.
type AccountCreated struct {
	Account string    `json:"account"`
	Role    string    `json:"role"`
	At      time.Time `json:"at"`
}

func (e AccountCreated) Event() (name, id string) { return "account.created", e.Account }

// SessionOpened: an account signed in.
type SessionOpened struct {
	Account string `json:"account"`
	// Method is how: "password" or "setup".
	Method string `json:"method"`
}

func (e SessionOpened) Event() (name, id string) { return "account.session_opened", e.Account }

// SessionClosed: an account signed out.
type SessionClosed struct {
	Account string `json:"account"`
}

func (e SessionClosed) Event() (name, id string) { return "account.session_closed", e.Account }

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
