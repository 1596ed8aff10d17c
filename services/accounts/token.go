package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// tokenPrefix lets people and secret scanners recognise an API token.
const tokenPrefix = "agl_"

// Token lets a program call the API.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Role       api.Role   `json:"role"`
	CreatedAt  time.Time  `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

// CreatedToken is a new token, with its secret.
type CreatedToken struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	Role api.Role `json:"role"`
	// Token is shown this once.
	Token string `json:"token"`
}

// NewToken is what a token is made of.
type NewToken struct {
	Name string   `json:"name"`
	Role api.Role `json:"role"`
}

// Validate tells what can be no token.
func (n NewToken) Validate() error {
	name := strings.TrimSpace(n.Name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, unicode.IsControl):
		return fault.Field("name", "give the token a name of 1 to 100 characters, for instance of the program that uses it")
	}
	return validRole(n.Role)
}

// TokenRequest names a token.
type TokenRequest struct {
	Token string `path:"token" json:"-"`
}

// below are the roles whose rights a role has all of.
func below(role api.Role) api.Roles {
	switch role {
	case api.Owner:
		return api.AllRoles()
	case api.Editor:
		return api.Roles{api.Editor, api.Moderator, api.Developer, api.Viewer}
	case api.Moderator, api.Developer, api.Viewer:
		return api.Roles{role, api.Viewer}
	}
	return api.Roles{}
}

// manageable is the condition for the tokens that a caller sees and may revoke: its account's own,
// or for an owner everybody's, and none that may do more than the caller. Its arguments are $1 to $4.
const manageable = "owner = $1 and (account = $2 or $3) and role = any($4)"

func manager(caller api.Caller) []any {
	return []any{caller.Owner, caller.Account, caller.Role == api.Owner, below(caller.Role)}
}

// mayManage refuses programs whose token is less than an owner's: one that is lost could live on in
// the tokens it makes, and revoke others.
func mayManage(caller api.Caller) error {
	if caller.Session != "" || caller.Role == api.Owner {
		return nil
	}
	return fault.New(fault.Forbidden, "a token with the role %s cannot list, make or revoke tokens; sign in to do so", caller.Role)
}

func getTokens(ctx context.Context, d *run.Deps, _ struct{}) (api.List[Token], error) {
	if err := mayManage(api.CallerOf(ctx)); err != nil {
		return api.List[Token]{}, err
	}
	rows, err := d.DB.Query(ctx, "select id, name, role, created_at, last_used_at from vault.tokens where "+manageable+
		" order by created_at, id", manager(api.CallerOf(ctx))...)
	if err != nil {
		return api.List[Token]{}, fmt.Errorf("tokens: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Token])
	if err != nil {
		return api.List[Token]{}, fmt.Errorf("tokens: %w", err)
	}
	return api.List[Token]{Items: list}, nil
}

func postToken(ctx context.Context, d *run.Deps, req NewToken) (CreatedToken, error) {
	caller := api.CallerOf(ctx)
	if err := mayManage(caller); err != nil {
		return CreatedToken{}, err
	}
	if !below(caller.Role).Has(req.Role) {
		return CreatedToken{}, fault.New(fault.Forbidden, "the role %s cannot make a token with the role %s", caller.Role, req.Role)
	}
	made := CreatedToken{ID: es.NewID(), Name: strings.TrimSpace(req.Name), Role: req.Role, Token: tokenPrefix + newSecret()}
	return made, outbox.Change(ctx, d, func(t *run.Change) error {
		// The account may have lost its role, or be gone, since the call began.
		var role api.Role
		err := t.QueryRow(ctx, "select role from vault.accounts where id = $1 for share", caller.Account).Scan(&role)
		if errors.Is(err, pgx.ErrNoRows) {
			return errGone
		}
		if err != nil {
			return fmt.Errorf("token: %w", err)
		}
		if !below(role).Has(req.Role) {
			return fault.New(fault.Forbidden, "the role %s cannot make a token with the role %s", role, req.Role)
		}
		if _, err := t.Exec(ctx, `insert into vault.tokens (id, hash, owner, account, name, role, created_at)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			made.ID, secretHash(made.Token), caller.Owner, caller.Account, made.Name, made.Role, now()); err != nil {
			return fmt.Errorf("token: %w", err)
		}
		return t.Tell(ctx, caller.Owner, caller.Account, now(), events.TokenCreated{Account: caller.Account, Token: made.ID, Role: string(made.Role)})
	})
}

func deleteToken(ctx context.Context, d *run.Deps, req TokenRequest) (api.None, error) {
	caller := api.CallerOf(ctx)
	if err := mayManage(caller); err != nil {
		return api.None{}, err
	}
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error {
		revoked, err := revoke(ctx, t, caller, manageable+" and id = $5", append(manager(caller), req.Token)...)
		if err == nil && revoked == 0 {
			err = fault.New(fault.NotFound, "there is no token %s", req.Token)
		}
		return err
	})
}

// revokeAbove revokes the tokens of an account that may do more than its role.
func revokeAbove(ctx context.Context, t *run.Change, caller api.Caller, a stored) error {
	_, err := revoke(ctx, t, caller, "account = $1 and role <> all($2)", a.ID, below(a.Role))
	return err
}

// revoke revokes the tokens that the condition is for, and answers how many they were.
func revoke(ctx context.Context, t *run.Change, caller api.Caller, condition string, args ...any) (int, error) {
	rows, err := t.Query(ctx, "delete from vault.tokens where "+condition+" returning account, id", args...)
	if err != nil {
		return 0, fmt.Errorf("tokens: %w", err)
	}
	revoked, err := pgx.CollectRows(rows, pgx.RowToStructByPos[events.TokenRevoked])
	if err != nil {
		return 0, fmt.Errorf("tokens: %w", err)
	}
	for _, fact := range revoked {
		if err := t.Tell(ctx, caller.Owner, caller.Account, now(), fact); err != nil {
			return 0, err
		}
	}
	return len(revoked), nil
}

// byToken tells who shows an API token.
func byToken(ctx context.Context, d *run.Deps, token string) (api.Caller, error) {
	hash, now := secretHash(token), time.Now()
	var caller api.Caller
	var used *time.Time
	err := d.DB.QueryRow(ctx, "select id, account, owner, role, last_used_at from vault.tokens where hash = $1", hash).
		Scan(&caller.Token, &caller.Account, &caller.Owner, &caller.Role, &used)
	if errors.Is(err, pgx.ErrNoRows) {
		return api.Caller{}, fault.New(fault.Unauthenticated, "this token is not valid, or not any more")
	}
	if err != nil {
		return api.Caller{}, fmt.Errorf("token: %w", err)
	}
	if used == nil || now.Sub(*used) > seenEvery {
		if _, err := d.DB.Exec(ctx, "update vault.tokens set last_used_at = $2 where hash = $1", hash, now); err != nil {
			return api.Caller{}, fmt.Errorf("token: %w", err)
		}
	}
	return caller, nil
}
