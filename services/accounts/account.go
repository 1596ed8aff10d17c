package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// AccountRequest names an account.
type AccountRequest struct {
	Account string `path:"account" json:"-"`
}

// AccountEdit gives an account another role.
type AccountEdit struct {
	Account string   `path:"account" json:"-"`
	Role    api.Role `json:"role"`
}

// Validate tells what can be no role.
func (e AccountEdit) Validate() error { return validRole(e.Role) }

func validRole(role api.Role) error {
	if !api.AllRoles().Has(role) {
		return fault.Field("role", "this should be one of %v", api.AllRoles())
	}
	return nil
}

// AccountList is a page of the accounts.
type AccountList struct {
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

func getAccounts(ctx context.Context, d *run.Deps, req AccountList) (api.List[Account], error) {
	after, id, err := api.ParseTimeCursor(req.Cursor)
	if err != nil {
		return api.List[Account]{}, err
	}
	limit := api.Limit(req.Limit)
	rows, err := d.DB.Query(ctx, selectAccount+`where a.owner = $1 and ($2::timestamptz is null or (a.created_at, a.id) > ($2, $3))
		order by a.created_at, a.id limit $4`, api.OwnerOf(ctx), after, id, limit+1)
	if err != nil {
		return api.List[Account]{}, fmt.Errorf("accounts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Account, error) {
		a, err := scanAccount(row)
		return a.Account, err
	})
	if err != nil {
		return api.List[Account]{}, fmt.Errorf("accounts: %w", err)
	}
	return api.Page(list, limit, func(last Account) string { return api.TimeCursor(last.CreatedAt, last.ID) }), nil
}

func patchAccount(ctx context.Context, d *run.Deps, req AccountEdit) (Account, error) {
	caller := api.CallerOf(ctx)
	var a stored
	err := outbox.Change(ctx, d, func(t *run.Change) (err error) {
		if a, err = lockAccount(ctx, t, caller.Owner, req.Account); err != nil || a.Role == req.Role {
			return err
		}
		if err := keepOwner(ctx, t, a); err != nil {
			return err
		}
		before := a.Role
		a.Role, a.SeenAt = req.Role, nil
		batch := &pgx.Batch{}
		batch.Queue("update vault.accounts set role = $2 where id = $1", a.ID, a.Role)
		batch.Queue("delete from vault.sessions where account = $1", a.ID)
		batch.Queue("delete from vault.resets where made_by = $1", a.ID)
		if err := t.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		if err := t.Tell(ctx, a.owner, caller.Account, now(), events.RoleChanged{Account: a.ID, Role: string(a.Role), Before: string(before)}); err != nil {
			return err
		}
		if _, err := withdraw(ctx, t, caller, "invited_by = $2", a.ID); err != nil {
			return err
		}
		return revokeAbove(ctx, t, caller, a)
	})
	return a.Account, err
}

func deleteAccount(ctx context.Context, d *run.Deps, req AccountRequest) (api.None, error) {
	caller := api.CallerOf(ctx)
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error {
		a, err := lockAccount(ctx, t, caller.Owner, req.Account)
		if err != nil {
			return err
		}
		if err := keepOwner(ctx, t, a); err != nil {
			return err
		}
		if _, err := withdraw(ctx, t, caller, "invited_by = $2", a.ID); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "delete from vault.accounts where id = $1", a.ID); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		return t.Tell(ctx, a.owner, caller.Account, now(), events.AccountRemoved{Account: a.ID})
	})
}

// lockAccount is an account of the owner, which nobody else changes meanwhile.
func lockAccount(ctx context.Context, t *run.Change, owner, id string) (stored, error) {
	a, err := scanAccount(t.QueryRow(ctx, selectAccount+"where a.id = $1 and a.owner = $2 for update of a", id, owner))
	if errors.Is(err, pgx.ErrNoRows) {
		return stored{}, fault.New(fault.NotFound, "there is no account %s", id)
	}
	if err != nil {
		return stored{}, fmt.Errorf("account %s: %w", id, err)
	}
	return a, nil
}

// keepOwner refuses to take the role of the last owner.
func keepOwner(ctx context.Context, t *run.Change, a stored) error {
	if a.Role != api.Owner {
		return nil
	}
	// Two owners who leave at the same moment do so one after the other.
	if _, err := t.Exec(ctx, "select pg_advisory_xact_lock($1)", ownersLock); err != nil {
		return fmt.Errorf("owners: %w", err)
	}
	var others bool
	if err := t.QueryRow(ctx, "select exists (select from vault.accounts where owner = $1 and role = $2 and id <> $3)",
		a.owner, api.Owner, a.ID).Scan(&others); err != nil {
		return fmt.Errorf("owners: %w", err)
	}
	if !others {
		return fault.New(fault.Conflict, "this is the last owner: make another account an owner first")
	}
	return nil
}
