package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Readiness is how the services are doing.
type Readiness struct {
	Services []ServiceHealth `json:"services"`
}

// ServiceHealth is how one service is doing.
type ServiceHealth struct {
	Service string `json:"service"`
	// Ready is true when the service answers and all its projections go on.
	Ready       bool        `json:"ready"`
	Projections []es.Status `json:"projections"`
	// Error is why the service is not ready.
	Error string `json:"error,omitempty"`
}

// health asks all services at once.
func (s *server) health(ctx context.Context) Readiness {
	all := Readiness{Services: make([]ServiceHealth, len(s.services))}
	var asking sync.WaitGroup
	for i, service := range s.services {
		asking.Go(func() { all.Services[i] = s.healthOf(ctx, service.Name) })
	}
	asking.Wait()
	return all
}

func (s *server) healthOf(ctx context.Context, service string) ServiceHealth {
	h := ServiceHealth{Service: service, Projections: []es.Status{}}
	reply, err := api.Do(ctx, s.Logs, service, run.HealthRoute, api.Call{})
	if err != nil {
		h.Error = explain(err).Detail
		return h
	}
	var told run.Health
	if err := json.Unmarshal(reply.Body, &told); err != nil {
		h.Error = err.Error()
		return h
	}
	h.Ready, h.Projections = true, told.Projections
	for _, p := range told.Projections {
		if p.Error != "" {
			h.Ready, h.Error = false, "projection "+p.Name+" does not go on; the log of the service says why"
		}
	}
	return h
}

// getHealth tells that the process lives.
func getHealth(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// getReady tells how the services are doing; 503 unless all of them are ready.
func (s *server) getReady(c echo.Context) error {
	ready, status := s.health(c.Request().Context()), http.StatusOK
	for i, h := range ready.Services {
		if !h.Ready {
			status = http.StatusServiceUnavailable
		}
		for j := range h.Projections {
			ready.Services[i].Projections[j].Error = "" // it may name what only the log should
		}
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(status, ready)
}
