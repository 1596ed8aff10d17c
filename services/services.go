// Package services lists all services there are. A new one is its own folder and two lines here.
package services

import (
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/accounts"
	"github.com/afterglow-live/afterglow/services/chat"
	"github.com/afterglow-live/afterglow/services/clips"
	"github.com/afterglow-live/afterglow/services/gateway"
	"github.com/afterglow-live/afterglow/services/jobs"
	"github.com/afterglow-live/afterglow/services/ledger"
	"github.com/afterglow-live/afterglow/services/obs"
	"github.com/afterglow-live/afterglow/services/series"
	"github.com/afterglow-live/afterglow/services/streams"
	"github.com/afterglow-live/afterglow/services/twitch"
)

// All are the services of the platform.
func All() []run.Service {
	list := []run.Service{
		accounts.Service,
		streams.Service,
		series.Service,
		clips.Service,
		twitch.Service(),
		chat.Service,
		obs.Service,
	}
	list = append(list, jobs.Service(list))
	list = append(list, ledger.Service(list))
	return append(list, gateway.Service(list))
}
